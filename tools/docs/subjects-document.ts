import {
  HTTP_ROUTES,
  NATS_CONTRACTS,
  permissionsOf,
  type HttpRoute,
  type NatsContract,
} from '@cairn/contracts';
import { SERVICE_ROLES } from '@cairn/identity';

const HOW_TO_RENEW = 'npx vitest run --project unit tools/docs -u';

/** `docs/protocol/subjects.md`: every message and every route, with who may send it. */
export function subjectsDocument(): string {
  return `# Messages and routes

<!-- Generated from libs/contracts. Renew it with: ${HOW_TO_RENEW} -->

This page is made from \`libs/contracts\`, where both ends of each message take it from. A test fails when it is not up to
date. How identity and permissions work is in [identity.md](identity.md); error codes are in [errors.md](errors.md).

## Messages over NATS

Every message is a request with one answer. The body is JSON, so the \`nats\` command line can send it. \`*\` stands for the
id of the builder that speaks or is spoken to. A message whose body is marked as bytes carries its JSON part in the header
\`Cairn-Meta\`. \`Cairn-Message-Id\` names a message, so that sending it again has no second effect. An error comes back with the headers
\`Nats-Service-Error-Code\` (the HTTP status) and \`Nats-Service-Error\` (a sentence), and the body
\`{ "code", "message", "details" }\`.

${table(
  ['Subject', 'From', 'To', 'Timeout', 'Raw bytes', 'What it does'],
  NATS_CONTRACTS.map(messageRow),
)}

## What the broker allows

These lists are made from the same contracts and stand in the account's JWT as a template per role. \`{{name()}}\` is filled
in by the broker with the name in the user's own JWT. For a builder that is its id. An answer needs no right of its own:
whoever received a request may send one message to its reply subject within a minute.

${SERVICE_ROLES.map(permissionsSection).join('\n\n')}

## HTTP routes of summit

\`public\` means everybody. \`public-read\` means everybody, unless \`SUMMIT_PUBLIC_READ\` is \`false\`; then whoever may \`read\`.
\`signed-in\` means any account. Everything else is a permission. The same routes are described as OpenAPI at
\`/api/v1/openapi.json\`. Requests with unknown fields are refused.

${table(['Route', 'Policy', 'Reply', 'What it does'], HTTP_ROUTES.map(routeRow))}
`;
}

function messageRow(contract: NatsContract): readonly string[] {
  return [
    code(contract.subject),
    contract.from,
    contract.to,
    `${contract.timeoutMs / 1_000} s`,
    contract.bytes === 'none' ? '' : contract.bytes,
    contract.summary,
  ];
}

function routeRow(route: HttpRoute): readonly string[] {
  return [
    code(`${route.method} ${route.path}`),
    code(route.policy),
    route.replyType,
    route.summary,
  ];
}

function permissionsSection(role: (typeof SERVICE_ROLES)[number]): string {
  const { publish, subscribe } = permissionsOf(role);
  const list = (subjects: readonly string[]) => subjects.map((subject) => `- ${code(subject)}`);
  return [`### ${role}`, 'Sends to:', ...list(publish), '', 'Hears:', ...list(subscribe)].join(
    '\n',
  );
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const lines = [head, head.map(() => '---'), ...rows].map(
    (cells) => `| ${cells.map(cell).join(' | ')} |`,
  );
  return lines.join('\n');
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('\n', ' ');
}

function code(text: string): string {
  return `\`${text}\``;
}
