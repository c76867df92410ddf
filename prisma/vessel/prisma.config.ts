import { prismaConfig } from '../config.ts';

export default prismaConfig(import.meta.dirname);
