import { type ChannelView } from '@cairn/contracts';
import { useSearchParams } from 'react-router';
import { ChannelNav } from '../../components/channel-nav.js';
import { CopyLine } from '../../components/copy-line.js';
import { Loaded } from '../../components/loaded.js';
import { PageTitle } from '../../components/page-title.js';
import { addressOf, firstVersionOf, mossLine, paramsOf } from './channel-address.js';
import { ChannelForm } from './channel-form.js';
import { PackageList } from './package-list.js';
import { useChannels } from './queries.js';

interface ChannelSectionsProps {
  readonly repositoryUrl: string;
  readonly channels: readonly ChannelView[];
}

function ChannelSections({ repositoryUrl, channels }: ChannelSectionsProps) {
  const [params, setParams] = useSearchParams();
  const address = addressOf(params);
  const channel = channels.find(({ name }) => name === address.channel) ?? channels[0];
  if (channel === undefined) return <p className="muted">Nothing has been published yet.</p>;
  const version = address.version ?? firstVersionOf(channel);
  return (
    <>
      <ChannelNav channel={channel.name} />
      <ChannelForm
        channels={channels}
        channel={channel}
        version={version}
        search={address.search}
        by={address.by}
        onChange={(changed) => setParams(paramsOf(changed))}
      />
      {version === undefined ? (
        <p className="muted">The channel {channel.name} has no version yet.</p>
      ) : (
        <>
          {channel.architectures.map((architecture) => (
            <CopyLine
              key={architecture}
              text={mossLine({ repositoryUrl, channel: channel.name, version, architecture })}
            />
          ))}
          <PackageList address={address} channel={channel.name} version={version} />
        </>
      )}
    </>
  );
}

/** What is published: channels, their versions, and the packages in them. */
export function ChannelsPage() {
  const query = useChannels();
  return (
    <>
      <PageTitle title="Packages" />
      <Loaded query={query}>
        {({ repositoryUrl, channels }) => (
          <ChannelSections repositoryUrl={repositoryUrl} channels={channels} />
        )}
      </Loaded>
    </>
  );
}
