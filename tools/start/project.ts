import { stringify } from 'yaml';

export const ARCHITECTURE = 'x86_64';
export const CHANNEL = 'main';
export const STREAM = 'volatile';

/** The project document that the launcher applies. */
export function projectDocument(facts: {
  readonly name: string;
  readonly summary: string;
  readonly repositoryDir: string;
}): string {
  return stringify({
    project: facts.name,
    summary: facts.summary,
    profiles: [
      { name: 'main-x86-64', architecture: ARCHITECTURE, channel: CHANNEL, stream: STREAM },
    ],
    repositories: [
      { name: 'recipes', url: facts.repositoryDir, branch: 'main', refreshSeconds: 5 },
    ],
  });
}
