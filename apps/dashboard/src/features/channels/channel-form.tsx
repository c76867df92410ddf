import { type ChannelView, PACKAGE_SEARCHES, type PackageSearch } from '@cairn/contracts';
import { SearchForm } from '../../components/search-form.js';
import { VersionSelect } from '../../components/version-select.js';
import { type ChannelAddress } from './channel-address.js';

interface ChannelFormProps {
  readonly channels: readonly ChannelView[];
  readonly channel: ChannelView;
  readonly version: string | undefined;
  readonly search: string | undefined;
  readonly by: PackageSearch;
  readonly onChange: (address: ChannelAddress) => void;
}

const SEARCH_WORD: Readonly<Record<PackageSearch, string>> = {
  text: 'names and summaries',
  file: 'files',
  capability: 'what they provide',
};

/** Chooses channel and version, and searches in it. */
export function ChannelForm(props: ChannelFormProps) {
  const { channels, channel, version, search, by, onChange } = props;
  const chosen = { channel: channel.name, version, search, by, offset: 0 };
  return (
    <SearchForm
      label="Search"
      value={search}
      onSearch={(text) => onChange({ ...chosen, search: text })}
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
      <VersionSelect
        label="Version"
        channel={channel}
        value={version}
        onChange={(wanted) => onChange({ ...chosen, version: wanted })}
      />
      <label>
        Look in{' '}
        <select
          value={by}
          onChange={(event) => {
            const wanted = PACKAGE_SEARCHES.find((each) => each === event.target.value);
            onChange({ ...chosen, by: wanted ?? 'text' });
          }}
        >
          {PACKAGE_SEARCHES.map((each) => (
            <option key={each} value={each}>
              {SEARCH_WORD[each]}
            </option>
          ))}
        </select>
      </label>
    </SearchForm>
  );
}
