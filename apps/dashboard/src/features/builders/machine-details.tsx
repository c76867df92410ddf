import { type BuilderView } from '@cairn/contracts';
import { Bytes } from '../../components/bytes.js';
import { Ago } from '../../components/moment.js';

/** What a builder's machine is, for those who look after it. */
export function MachineDetails({ builder }: { readonly builder: BuilderView }) {
  const { machine } = builder;
  return (
    <details>
      <summary>Machine</summary>
      <dl className="facts small">
        {machine && (
          <>
            <dt>Host</dt>
            <dd>{machine.hostName}</dd>
            <dt>System</dt>
            <dd>
              {machine.operatingSystem}, kernel {machine.kernel}
            </dd>
            <dt>CPU</dt>
            <dd>
              {machine.cpuModel}, {machine.architecture}
            </dd>
            <dt>Memory</dt>
            <dd>
              <Bytes value={machine.memoryBytes} />
            </dd>
            <dt>Executor</dt>
            <dd>{machine.executor}</dd>
          </>
        )}
        <dt>Features</dt>
        <dd>{builder.features.length === 0 ? 'none told' : builder.features.join(', ')}</dd>
        <dt>Enrolled</dt>
        <dd>
          <Ago at={builder.enrolledAt} />
        </dd>
      </dl>
    </details>
  );
}
