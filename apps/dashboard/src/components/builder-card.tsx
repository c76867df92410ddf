import { type BuilderView } from '@cairn/contracts';
import { type ReactNode } from 'react';
import { Link } from 'react-router';
import { Bar } from './bar.js';
import { bytesText } from './bytes.js';
import { Ago } from './moment.js';
import { BuilderStateBadge } from './state-badge.js';

function share(part: number, whole: number): number {
  return whole > 0 ? part / whole : 0;
}

function MachineBars({ state }: { readonly state: NonNullable<BuilderView['machineState']> }) {
  const diskUsedBytes = state.diskTotalBytes - state.diskFreeBytes;
  return (
    <div className="bars">
      <Bar label="CPU" share={state.cpuLoad} text={`${Math.round(state.cpuLoad * 100)} %`} />
      <Bar
        label="Memory"
        share={share(state.memoryUsedBytes, state.memoryTotalBytes)}
        text={`${bytesText(state.memoryUsedBytes)} of ${bytesText(state.memoryTotalBytes)}`}
      />
      <Bar
        label="Disk"
        share={share(diskUsedBytes, state.diskTotalBytes)}
        text={`${bytesText(state.diskFreeBytes)} free of ${bytesText(state.diskTotalBytes)}`}
      />
    </div>
  );
}

function machineSentence(builder: BuilderView): string {
  const { machine, machineState } = builder;
  const parts = [
    machine && `${machine.cpuCount} CPUs`,
    machine && machine.isaLevel > 0 ? `x86-64-v${machine.isaLevel}` : machine?.architecture,
    machineState && `load ${machineState.loadAverage.toFixed(2)}`,
    `size ${builder.size}`,
    builder.slots === 1 ? '1 slot' : `${builder.slots} slots`,
  ];
  return parts.filter((part) => typeof part === 'string').join(' · ');
}

interface BuilderCardProps {
  readonly builder: BuilderView;
  readonly children?: ReactNode;
}

/** One builder: what it does, how its machine is, when it was last heard. */
export function BuilderCard({ builder, children }: BuilderCardProps) {
  return (
    <article className="card">
      <header className="card-head">
        <h3>{builder.id}</h3>
        <BuilderStateBadge state={builder.state} />
      </header>
      {builder.refusing !== null && <p className="note bad">{builder.refusing}</p>}
      {builder.attempts.length > 0 && (
        <ul className="plain">
          {builder.attempts.map((attempt) => (
            <li key={attempt.attemptId}>
              <Link to={`/tasks/${attempt.taskId}`}>{attempt.source}</Link>{' '}
              <span className="muted">{attempt.step ?? 'starting'}</span>
            </li>
          ))}
        </ul>
      )}
      {builder.machineState && <MachineBars state={builder.machineState} />}
      <p className="muted small">{machineSentence(builder)}</p>
      <p className="muted small">
        {builder.version === null ? 'never connected' : `version ${builder.version}`} · seen{' '}
        <Ago at={builder.lastSeenAt} />
      </p>
      {children}
    </article>
  );
}
