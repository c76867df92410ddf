/** Whether a change set can be published: no member is still to come, and at least one is staged. */
export function isComplete(
  members: readonly { readonly state: string; readonly isStaged: boolean }[],
): boolean {
  const isSettled = members.every(
    (member) =>
      (member.state === 'publishing' && member.isStaged) ||
      ['completed', 'cancelled', 'superseded'].includes(member.state),
  );
  return isSettled && members.some((member) => member.state === 'publishing' && member.isStaged);
}
