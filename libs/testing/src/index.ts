export * from './launcher.js';
export { ManualClock } from './clock.js';
export { eventually } from './eventually.js';
export { makeTestFolder } from './vitest/test-folder.js';
export { testServers, type TestServers, type WantedServers } from './vitest/test-servers.js';
