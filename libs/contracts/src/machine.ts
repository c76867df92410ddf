import { z } from 'zod';
import { architectureSchema, sizeBytesSchema } from './values.js';

/** What a builder's machine is; told once per connection. */
export const machineFactsSchema = z.object({
  hostName: z.string().max(255),
  operatingSystem: z.string().max(255),
  kernel: z.string().max(255),
  cpuModel: z.string().max(255),
  cpuCount: z.number().int().min(1).max(65_536),
  /** Highest x86-64 level (1 to 4), or 0 on other architectures. */
  isaLevel: z.number().int().min(0).max(4),
  architecture: architectureSchema,
  memoryBytes: sizeBytesSchema,
  executor: z.string().max(32),
});
export type MachineFacts = z.infer<typeof machineFactsSchema>;

/** How the machine is doing; told with every heartbeat. */
export const machineStateSchema = z.object({
  /** Share of all processors in use since the last heartbeat, 0 to 1. */
  cpuLoad: z.number().min(0).max(1),
  loadAverage: z.number().min(0),
  memoryUsedBytes: sizeBytesSchema,
  memoryTotalBytes: sizeBytesSchema,
  diskFreeBytes: sizeBytesSchema,
  diskTotalBytes: sizeBytesSchema,
});
export type MachineState = z.infer<typeof machineStateSchema>;
