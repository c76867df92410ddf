import {
  MANIFEST_NAME,
  MANIFEST_SIGNATURE_NAME,
  ROOT_INDEX_NAME,
  ROOT_SIGNATURE_NAME,
} from '@cairn/contracts';
import { join } from 'node:path';

/** Where things lie in the public folder. */
export class ChannelLayout {
  constructor(readonly publicDir: string) {}

  channelDir(channel: string): string {
    return join(this.publicDir, channel);
  }

  /** The file that clients read first. */
  rootIndex(channel: string): string {
    return join(this.publicDir, channel, ROOT_INDEX_NAME);
  }

  rootSignature(channel: string): string {
    return join(this.publicDir, channel, ROOT_SIGNATURE_NAME);
  }

  manifest(channel: string, history: number): string {
    return join(this.historyDir(channel, history), MANIFEST_NAME);
  }

  manifestSignature(channel: string, history: number): string {
    return join(this.historyDir(channel, history), MANIFEST_SIGNATURE_NAME);
  }

  historyDir(channel: string, history: number): string {
    return join(this.publicDir, channel, 'history', String(history));
  }

  packageIndex(channel: string, history: number, architecture: string): string {
    return join(this.historyDir(channel, history), architecture, 'stone.index');
  }

  poolFile(channel: string, poolPath: string): string {
    return join(this.publicDir, channel, poolPath);
  }
}
