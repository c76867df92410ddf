import { stringify } from 'yaml';

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
      { name: 'main-x86-64', architecture: 'x86_64', channel: 'main', stream: 'volatile' },
    ],
    repositories: [
      { name: 'recipes', url: facts.repositoryDir, branch: 'main', refreshSeconds: 5 },
    ],
  });
}
