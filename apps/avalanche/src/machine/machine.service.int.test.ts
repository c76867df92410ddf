import { tmpdir } from 'node:os';
import { machineFactsSchema, machineStateSchema } from '@cairn/contracts';
import { expect, it } from 'vitest';
import { MachineService } from './machine.service.js';

const machine = (minFreeBytes: number) =>
  new MachineService({ stateDir: tmpdir(), minFreeBytes, executor: 'sandbox' });

it('tells facts and state that summit accepts', () => {
  const { memoryBytes, cpuCount } = machineFactsSchema.parse(machine(0).facts());
  expect(memoryBytes).toBeGreaterThan(0);
  expect(cpuCount).toBeGreaterThan(0);
  const state = machineStateSchema.parse(machine(0).state());
  expect(state.diskTotalBytes).toBeGreaterThanOrEqual(state.diskFreeBytes);
  expect(state.memoryTotalBytes).toBe(memoryBytes);
});

it('finds the disk full when more is wanted than there is', () => {
  expect(machine(0).isDiskFull()).toBe(false);
  expect(machine(Number.MAX_SAFE_INTEGER).isDiskFull()).toBe(true);
});
