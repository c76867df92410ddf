import { type ChannelView } from '@cairn/contracts';
import { exactText } from './duration.js';

interface VersionSelectProps {
  readonly label: string;
  readonly name?: string;
  readonly channel: ChannelView;
  readonly value: string | undefined;
  readonly onChange: (version: string) => void;
}

function isListed(channel: ChannelView, version: string): boolean {
  const [kind, name] = version.split('/');
  if (kind === 'stream') return channel.streams.some((stream) => stream.name === name);
  if (kind === 'tag') return channel.tags.some((tag) => tag.name === name);
  return channel.versions.some(({ history }) => history === name);
}

/** Chooses a stream, a tag or one of the latest versions of a channel. */
export function VersionSelect({ label, name, channel, value, onChange }: VersionSelectProps) {
  return (
    <label>
      {label}{' '}
      <select name={name} value={value} onChange={(event) => onChange(event.target.value)}>
        {value !== undefined && !isListed(channel, value) && <option>{value}</option>}
        <optgroup label="Streams">
          {channel.streams.map((stream) => (
            <option key={stream.name} value={`stream/${stream.name}`}>
              {stream.name} ({stream.packageCount.toLocaleString()} packages)
            </option>
          ))}
        </optgroup>
        {channel.tags.length > 0 && (
          <optgroup label="Tags">
            {channel.tags.map((tag) => (
              <option key={tag.name} value={`tag/${tag.name}`}>
                {tag.name}
              </option>
            ))}
          </optgroup>
        )}
        <optgroup label="Versions, newest first">
          {channel.versions.map((version) => (
            <option key={version.history} value={`history/${version.history}`}>
              {version.history} of {exactText(version.createdAt)}
            </option>
          ))}
        </optgroup>
      </select>
    </label>
  );
}
