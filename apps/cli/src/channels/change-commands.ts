import {
  changeChannels,
  type ChannelAction,
  type ChannelPlan,
  type Difference,
  type PackageDifference,
} from '@cairn/contracts';
import { randomUUID } from 'node:crypto';
import { ask, canAsk } from '../output/ask.js';
import { type Paint, type Style } from '../output/paint.js';
import { printNote, printReply } from '../output/reply.js';
import { type JsonOptions, type Shell } from '../shell.js';
import { printable } from '../stone/printable.js';

/** Options of every command that changes channels. */
export interface ChangeOptions extends JsonOptions {
  readonly dryRun?: boolean;
  readonly yes?: boolean;
  readonly reason?: string;
}

/** Makes a change; shows it and asks first where somebody can answer. */
export async function changeCommand(
  shell: Shell,
  action: ChannelAction,
  options: ChangeOptions,
): Promise<void> {
  const client = await shell.connect();
  const { paint } = shell.screen;
  const body = { changeId: randomUUID(), action, reason: options.reason ?? '' };
  const preview = () => client.call(changeChannels, { body: { ...body, isDryRun: true } });
  if (options.dryRun === true) {
    printReply(await preview(), options, (plan) => planLines(plan, paint));
    return;
  }
  let basis: { channel: string; stream: string; history: string | null }[] | undefined;
  if (options.yes !== true && canAsk()) {
    const plan = await preview();
    for (const line of planLines(plan, paint)) printNote(line);
    if (isEmpty(plan) || !/^y(es)?$/i.test(await ask('Make this change? [y/N] '))) {
      printNote('Nothing was changed.');
      return;
    }
    basis = plan.streams.map(({ channel, stream, from }) => ({ channel, stream, history: from }));
  }
  const plan = await client.call(changeChannels, { body: { ...body, isDryRun: false, basis } });
  printReply(plan, options, () => planLines(plan, paint));
}

/** One line for each package, then what becomes of streams, tags and pins. */
export function planLines(plan: ChannelPlan, paint: Paint): string[] {
  const { streams, tags, pins, leases, policies, yanked, findings } = plan;
  if (isEmpty(plan)) return ['Nothing would change: it is so already.'];
  return [
    ...streams.flatMap((stream) => streamLines(stream, plan.isApplied, paint)),
    ...tags.map(({ channel, tag, from, to }) =>
      to === null
        ? `tag ${printable(`${channel}/${tag}`)}: ${printable(from ?? '–')} → removed`
        : `tag ${printable(`${channel}/${tag}`)}: ${printable(to)}`,
    ),
    ...pins.map(
      ({ channel, stream, name, architecture, isPinned }) =>
        `${isPinned ? 'pin' : 'unpin'} ${printable(`${channel}/${stream} ${name} (${architecture})`)}`,
    ),
    ...leases.map(
      ({ channel, history, holder, endsAt }) =>
        `lease of ${printable(`${channel}/${history} by ${holder}`)}: ${endsAt === null ? 'ended' : `until ${new Date(endsAt).toISOString()}`}`,
    ),
    ...policies.flatMap(({ channel, before, after }) => policyLines(channel, before, after)),
    ...findings.map(({ rule, level, message }) =>
      paint(level === 'block' ? 'red' : 'yellow', `${level} (${rule}): ${printable(message)}`),
    ),
    ...yanked.map(({ name, sha256 }) => `withdrawn: ${printable(name)} ${printable(sha256)}`),
    plan.isApplied ? 'Done.' : 'Dry run: nothing was changed.',
  ];
}

function streamLines(
  stream: ChannelPlan['streams'][number],
  isApplied: boolean,
  paint: Paint,
): string[] {
  const { difference, from, to, packageCount } = stream;
  const { added, changed, removed } = difference;
  const target = to ?? (isApplied ? '–' : 'a new version');
  return [
    ...differenceLines(difference, paint),
    `${printable(`${stream.channel}/${stream.stream}`)}: ${printable(from ?? 'nothing')} → ${printable(target)}, ` +
      `${added} added, ${changed} changed, ${removed} removed, ${packageCount} packages then`,
  ];
}

/** One line for each package that differs. */
export function differenceLines(difference: Difference, paint: Paint): string[] {
  const { added, changed, removed, packages } = difference;
  const others = added + changed + removed - packages.length;
  return [
    ...packages.map((item) => packageLine(item, paint)),
    ...(others > 0 ? [`… and ${others} more`] : []),
  ];
}

function packageLine(item: PackageDifference, paint: Paint): string {
  const { name, architecture, before, after } = item;
  const what = `${name} (${architecture})`;
  const [style, line] = signed(what, before, after);
  return paint(style, printable(line));
}

function signed(what: string, before: string | null, after: string | null): [Style, string] {
  if (before === null) return ['green', `+ ${what} ${after ?? ''}`];
  if (after === null) return ['red', `- ${what} ${before}`];
  return ['yellow', `~ ${what} ${before} → ${after}`];
}

function policyLines(
  channel: string,
  before: ChannelPlan['policies'][number]['before'],
  after: ChannelPlan['policies'][number]['after'],
): string[] {
  const old = new Map(Object.entries(before));
  return Object.entries(after)
    .filter(([name, value]) => JSON.stringify(old.get(name)) !== JSON.stringify(value))
    .map(
      ([name, value]) =>
        `${printable(channel)} ${name}: ${JSON.stringify(old.get(name))} → ${JSON.stringify(value)}`,
    );
}

function isEmpty(plan: ChannelPlan): boolean {
  const { streams, tags, pins, leases, policies, yanked } = plan;
  const isStill = streams.every(({ from, to }) => from !== null && from === to);
  return isStill && [tags, pins, leases, policies, yanked].every((list) => list.length === 0);
}
