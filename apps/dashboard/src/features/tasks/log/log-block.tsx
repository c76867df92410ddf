import { memo } from 'react';
import { type LogBuffer } from './log-buffer.js';
import { parseLine } from './parse-line.js';

interface LogLineProps {
  readonly text: string;
  readonly startStyle: Parameters<typeof parseLine>[1];
  readonly number: number | null;
  readonly isMarked: boolean;
}

/** One line: a number that is not copied, and spans of plain text. */
export const LogLineText = memo(function LogLineText(props: LogLineProps) {
  const { spans } = parseLine(props.text, props.startStyle);
  return (
    <div
      className={props.isMarked ? 'log-line marked' : 'log-line'}
      data-number={props.number ?? undefined}
    >
      {spans.map((span, position) =>
        span.className === '' ? (
          span.text
        ) : (
          <span key={position} className={span.className}>
            {span.text}
          </span>
        ),
      )}
      {'\n'}
    </div>
  );
});

interface LogBlockProps {
  readonly buffer: LogBuffer;
  readonly from: number;
  readonly to: number;
  /** What the lines' sequence numbers lack to be line numbers; null while the beginning is unknown. */
  readonly numberShift: number | null;
  readonly markedLine: number | null;
}

/** A run of finished lines, drawn once. */
export const LogBlock = memo(function LogBlock(props: LogBlockProps) {
  const lines = [];
  for (let sequence = props.from; sequence < props.to; sequence += 1) {
    const line = props.buffer.line(sequence);
    if (line === undefined) continue;
    lines.push(
      <LogLineText
        key={sequence}
        text={line.text}
        startStyle={line.startStyle}
        number={props.numberShift === null ? null : sequence + props.numberShift}
        isMarked={sequence === props.markedLine}
      />,
    );
  }
  return <div className="log-block">{lines}</div>;
});
