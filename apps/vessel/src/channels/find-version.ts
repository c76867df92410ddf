import { AppError } from '@cairn/contracts';
import type { Transaction } from '../persistence/vessel-database.js';

/** A version as people name it. */
export interface FoundVersion {
  readonly id: number;
  readonly history: number;
  readonly architectures: readonly string[];
}

/** The published version behind `stream/<name>`, `tag/<name>` or `history/<id>`. Throws `version.not-found`. */
export async function findVersion(
  tx: Transaction,
  channel: { readonly id: number; readonly name: string },
  reference: string,
): Promise<FoundVersion> {
  const [scope = '', name = ''] = reference.split('/');
  const channelId = channel.id;
  const row = await tx.version.findFirst({
    where: { channelId, kind: 'published', retiredAt: null, ...pointedBy(scope, channelId, name) },
    select: { id: true, history: true, architectures: true },
  });
  if (row === null) {
    throw new AppError('version.not-found', `${channel.name} has no ${reference}.`);
  }
  return { ...row, history: Number(row.history) };
}

function pointedBy(scope: string, channelId: number, name: string) {
  if (scope === 'stream') return { streams: { some: { channelId, name } } };
  if (scope === 'tag') return { tags: { some: { channelId, name } } };
  return { history: historyOf(name) };
}

/** Histories are numbers to us; any other text names none. */
function historyOf(text: string): bigint {
  return /^\d{1,18}$/.test(text) ? BigInt(text) : -1n;
}
