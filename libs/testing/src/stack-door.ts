export { type RunningApp } from './stack/app-process.js';
export { HubClient, HubError, type HubRequest } from './stack/hub-client.js';
export { Stack, type StackOptions } from './stack/stack.js';
