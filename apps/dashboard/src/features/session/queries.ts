import { createSession } from '@cairn/contracts';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { callRoute } from '../../api/client.js';

/** Exchanges a one-time code for the browser's session cookie. */
export function useLogin() {
  const client = useQueryClient();
  return useMutation({
    // The tokens in the answer are for programs; the browser keeps the cookie alone.
    mutationFn: async (code: string) =>
      (await callRoute(createSession, { body: { code, cookie: true } })).account,
    onSuccess: () => client.invalidateQueries(),
  });
}
