import { type ChannelView } from '@cairn/contracts';
import { exactText } from '../../components/duration.js';
import { type ChannelAddress } from './channel-address.js';

interface ChannelFormProps {
  readonly channels: readonly ChannelView[];
  readonly channel: ChannelView;
  readonly version: string | undefined;
  readonly search: string | undefined;
  readonly onChange: (address: ChannelAddress) => void;
}

function VersionOptions({ channel }: { readonly channel: ChannelView }) {
  return (
    <>
      <optgroup label="Streams">
        {channel.streams.map((stream) => (
          <option key={stream.name} value={`stream/${stream.name}`}>
            {stream.name} ({stream.packageCount.toLocaleString()} packages)
          </option>
        ))}
      </optgroup>
      <optgroup label="Versions, newest first">
        {channel.versions.map((version) => (
          <option key={version.history} value={`history/${version.history}`}>
            {version.history} of {exactText(version.createdAt)}
          </option>
        ))}
      </optgroup>
    </>
  );
}

/** Chooses channel and version, and searches in it. */
export function ChannelForm({ channels, channel, version, search, onChange }: ChannelFormProps) {
  const chosen = { channel: channel.name, version, search, offset: 0 };
  return (
    <form
      className="filter"
      role="search"
      key={search ?? ''}
      onSubmit={(event) => {
        event.preventDefault();
        const text = new FormData(event.currentTarget).get('search');
        const wanted = typeof text === 'string' ? text.trim() : '';
        onChange({ ...chosen, search: wanted === '' ? undefined : wanted });
      }}
    >
      {channels.length > 1 && (
        <label>
          Channel{' '}
          <select
            value={channel.name}
            onChange={(event) =>
              onChange({ ...chosen, channel: event.target.value, version: undefined })
            }
          >
            {channels.map(({ name }) => (
              <option key={name}>{name}</option>
            ))}
          </select>
        </label>
      )}
      <label>
        Version{' '}
        <select
          value={version}
          onChange={(event) => onChange({ ...chosen, version: event.target.value })}
        >
          <VersionOptions channel={channel} />
        </select>
      </label>
      <label>
        Search{' '}
        <input
          name="search"
          type="search"
          maxLength={200}
          autoComplete="off"
          spellCheck={false}
          defaultValue={search ?? ''}
        />
      </label>
      <button type="submit">Search</button>
    </form>
  );
}
