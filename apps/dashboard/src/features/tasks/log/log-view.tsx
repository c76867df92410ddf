import { useLayoutEffect, useRef, useState } from 'react';
import { ErrorNote } from '../../../components/error-note.js';
import { SEARCH_BYTES_MAX } from './attempt-log.js';
import { LogBlock, LogLineText } from './log-block.js';
import { LogToolbar } from './log-toolbar.js';
import {
  around,
  BLOCK_LINES,
  blocksOf,
  drawnRange,
  earlier,
  later,
  type LogWindow,
  type LineRange,
} from './log-window.js';
import { saveFile } from './save-file.js';
import { useAttemptLog } from './use-attempt-log.js';
import { useStickToEnd } from './use-stick-to-end.js';

interface LogViewProps {
  readonly attemptId: string;
  readonly knownSizeBytes: number;
  readonly fileName: string;
}

/** What the reader asked for that takes a while: shown in words, its failure told. */
function useErrand() {
  const [busy, setBusy] = useState<string | null>(null);
  const [error, setError] = useState<Error | null>(null);
  const run = (sentence: string, errand: (say: (text: string) => void) => Promise<void>): void => {
    setBusy(sentence);
    setError(null);
    errand(setBusy)
      .catch((reason: unknown) => setError(reason instanceof Error ? reason : new Error('failed')))
      .finally(() => setBusy(null));
  };
  return { busy, error, run };
}

/** The log of one attempt: live, coloured, and never more of it on the page than a browser bears. */
export function LogView({ attemptId, knownSizeBytes, fileName }: LogViewProps) {
  const log = useAttemptLog(attemptId, knownSizeBytes);
  const { buffer } = log;
  const [view, setView] = useState<LogWindow>({ kind: 'end' });
  const [isWrapped, setWrapped] = useState(true);
  const [mark, setMark] = useState<{ readonly line: number } | null>(null);
  const errand = useErrand();
  const box = useRef<HTMLDivElement>(null);

  const held: LineRange = { from: buffer.start, to: buffer.end };
  const drawn = drawnRange(view, held);
  const isFollowing = view.kind === 'end';
  const onScroll = useStickToEnd({
    box,
    isFollowing,
    firstDrawn: drawn.from,
    onLeaveEnd: () => {
      if (isFollowing) setView({ kind: 'from', first: drawn.from });
    },
    onReachEnd: () => {
      if (!isFollowing && drawn.to === held.to) setView({ kind: 'end' });
    },
  });

  useLayoutEffect(() => {
    box.current?.querySelector('.marked')?.scrollIntoView({ block: 'center' });
  }, [mark]);

  const showEarlier = (): void => {
    const wanted = earlier(drawn);
    setView(wanted);
    const isHeld = wanted.kind === 'end' || wanted.first >= buffer.start;
    if (isHeld || !buffer.hasEarlier) return;
    errand.run('Loading earlier lines …', () => log.loadEarlier());
  };
  const jumpToError = (): void =>
    errand.run('Looking for the first error …', async (say) => {
      while (buffer.hasEarlier && log.offset <= SEARCH_BYTES_MAX) {
        const before = buffer.startOffset;
        await log.loadEarlier();
        if (buffer.startOffset === before) break;
        say(
          `Looking for the first error, ${Math.ceil(buffer.startOffset / 1_048_576)} MiB to go …`,
        );
      }
      const line = buffer.firstError;
      if (line === null) return;
      setView(around(line));
      setMark({ line });
    });
  const download = (): void =>
    errand.run('Fetching the whole log …', async () => saveFile(await log.download(), fileName));

  const numberShift = buffer.startOffset === 0 && !buffer.isTrimmed ? 1 - buffer.start : null;
  const finished: LineRange = { from: drawn.from, to: Math.min(drawn.to, buffer.finishedEnd) };
  const openLine = drawn.to > buffer.finishedEnd ? buffer.line(buffer.finishedEnd) : undefined;
  const canShowEarlier = drawn.from > held.from || buffer.hasEarlier;

  return (
    <section className="log" aria-label="Build log">
      <LogToolbar
        state={log.state}
        sizeBytes={log.offset}
        isWrapped={isWrapped}
        isFollowing={isFollowing}
        canJumpToError={buffer.firstError !== null || buffer.hasEarlier}
        busy={errand.busy}
        onWrap={setWrapped}
        onFollow={() => setView({ kind: 'end' })}
        onError={jumpToError}
        onDownload={download}
      />
      {errand.error && <ErrorNote error={errand.error} />}
      <div
        ref={box}
        className={isWrapped ? 'log-box wrapped' : 'log-box'}
        onScroll={onScroll}
        tabIndex={0}
        role="group"
        aria-label="Lines of the log"
      >
        {canShowEarlier && (
          <button type="button" className="log-more" onClick={showEarlier}>
            Show earlier lines
          </button>
        )}
        {buffer.isTrimmed && !canShowEarlier && (
          <p className="log-note">The lines before are in the download.</p>
        )}
        {blocksOf(finished).map((block) => (
          <LogBlock
            key={Math.floor(block.from / BLOCK_LINES)}
            buffer={buffer}
            from={block.from}
            to={block.to}
            numberShift={numberShift}
            markedLine={mark && mark.line >= block.from && mark.line < block.to ? mark.line : null}
          />
        ))}
        {openLine && (
          <LogLineText
            text={openLine.text}
            startStyle={openLine.startStyle}
            number={numberShift === null ? null : buffer.finishedEnd + numberShift}
            isMarked={false}
          />
        )}
        {drawn.to === drawn.from && (
          <p className="log-note">
            {log.state === 'complete' ? 'The log is empty.' : 'No output yet.'}
          </p>
        )}
        {drawn.to < held.to && (
          <button type="button" className="log-more" onClick={() => setView(later(drawn, held))}>
            Show later lines
          </button>
        )}
      </div>
    </section>
  );
}
