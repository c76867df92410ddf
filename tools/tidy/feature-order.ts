/**
 * The features of each app (the folders directly below its `src`) in the order of import: a later one may import an
 * earlier one, never the reverse. A new feature gets a place here first.
 */
export const FEATURE_ORDER: Readonly<Record<string, readonly string[]>> = {
  summit: [
    'persistence',
    'http',
    'live',
    'outbox',
    'accounts',
    'projects',
    'published',
    'tasks',
    'repositories',
    'logs',
    'planning',
    'builders',
    'allocation',
    'publishing',
    'overview',
    'webhooks',
    'control',
    'commands',
  ],
  avalanche: [
    'journal',
    'machine',
    'workspace',
    'log-spool',
    'enrolment',
    'artefacts',
    'builds',
    'hub-link',
    'control',
  ],
  vessel: [
    'persistence',
    'outbox',
    'pool',
    'channels',
    'package-index',
    'publishing',
    'imports',
    'serving',
    'browse',
    'control',
  ],
};
