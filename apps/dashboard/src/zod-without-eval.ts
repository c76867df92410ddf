import { config } from 'zod';

// The content security policy forbids compiling schemas with new Function; asking would report a violation.
// Must run before any module that declares a schema.
config({ jitless: true });
