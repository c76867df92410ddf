import { endSession, whoAmI } from '@cairn/contracts';
import { isPermitted, type Permission } from '@cairn/identity';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { type z } from 'zod';
import { callRoute } from './client.js';
import { sessionKey } from './query-keys.js';

type Me = z.output<typeof whoAmI.reply>;

export interface Session {
  readonly account: Me['account'];
  readonly csrfToken: string | null;
  /** Whether the account may do this; false while nobody is signed in. The server decides again. */
  readonly may: (permission: Permission) => boolean;
}

/** Who looks at the page. */
export function useSession(): Session {
  const { data } = useQuery({
    queryKey: sessionKey,
    queryFn: ({ signal }) => callRoute(whoAmI, { signal }),
    staleTime: 60_000,
  });
  const account = data?.account ?? null;
  return {
    account,
    csrfToken: data?.csrfToken ?? null,
    may: (permission) => account !== null && isPermitted(account.role, permission),
  };
}

/** Ends the browser's session. */
export function useLogout(csrfToken: string | null) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: () => callRoute(endSession, { csrfToken }),
    onSettled: () => client.invalidateQueries(),
  });
}
