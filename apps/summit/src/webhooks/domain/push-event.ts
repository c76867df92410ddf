import { z } from 'zod';

/** The part of GitHub's push event that matters to us. */
const pushEventSchema = z.object({
  ref: z.string().max(1_024),
  repository: z.object({
    clone_url: z.string().max(2_048).optional(),
    ssh_url: z.string().max(2_048).optional(),
    git_url: z.string().max(2_048).optional(),
    html_url: z.string().max(2_048).optional(),
  }),
});

export interface PushedBranch {
  readonly branch: string;
  readonly urls: readonly string[];
}

/** The branch that was pushed and the addresses of its repository; null when it is no push to a branch. */
export function pushedBranch(payload: unknown): PushedBranch | null {
  const parsed = pushEventSchema.safeParse(payload);
  if (!parsed.success || !parsed.data.ref.startsWith('refs/heads/')) return null;
  const { clone_url, ssh_url, git_url, html_url } = parsed.data.repository;
  const urls = [clone_url, ssh_url, git_url, html_url].filter((url) => url !== undefined);
  return urls.length === 0 ? null : { branch: parsed.data.ref.slice('refs/heads/'.length), urls };
}

/** Whether two addresses name the same repository: user, scheme, `.git`, case and a final slash do not matter. */
export function isSameRepository(left: string, right: string): boolean {
  return plainAddress(left) === plainAddress(right);
}

function plainAddress(url: string): string {
  return url
    .trim()
    .replace(/^[a-z+]+:\/\//, '')
    .replace(/^[^@/]*@/, '')
    .replace(':', '/')
    .replace(/\/+$/, '')
    .replace(/\.git$/, '')
    .toLowerCase();
}
