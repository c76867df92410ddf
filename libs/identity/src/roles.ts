/** What an account may be. A role is a fixed set of permissions; groups give roles to many accounts at once. */
export const ACCOUNT_ROLES = ['admin', 'packager', 'viewer'] as const;
export type AccountRole = (typeof ACCOUNT_ROLES)[number];

/** The parties that speak over NATS. Each has an own signing key whose template holds its rights. */
export const SERVICE_ROLES = ['summit', 'vessel', 'builder'] as const;
export type ServiceRole = (typeof SERVICE_ROLES)[number];

/** What a person or bot may do over HTTP. */
export const PERMISSIONS = [
  'read',
  'task:retry',
  'task:cancel',
  'task:bump',
  'task:hold',
  'repository:refresh',
  'project:apply',
  'allocation:pause',
  'rebuild:manage',
  'channel:change',
  'builder:enrol',
  'builder:remove',
  'account:manage',
  'audit:read',
] as const;
export type Permission = (typeof PERMISSIONS)[number];

const PERMISSIONS_OF: Readonly<Record<AccountRole, readonly Permission[]>> = {
  admin: PERMISSIONS,
  packager: ['read', 'task:retry', 'task:cancel', 'task:hold', 'repository:refresh'],
  viewer: ['read'],
};

/** Whether an account with this role may do something that needs `permission`. */
export function isPermitted(role: AccountRole, permission: Permission): boolean {
  return PERMISSIONS_OF[role].includes(permission);
}

/** The widest of several roles; `viewer` when there is none. */
export function widestRole(roles: readonly AccountRole[]): AccountRole {
  return ACCOUNT_ROLES.find((role) => roles.includes(role)) ?? 'viewer';
}
