export {
  ACCESS_TOKEN_LIFETIME_S,
  accessClaimsOf,
  BROWSER_TOKEN_LIFETIME_S,
  REFRESH_TOKEN_LIFETIME_S,
  TOKEN_AUDIENCE,
  TOKEN_ISSUER,
  type AccessClaims,
} from './claims.js';
export {
  BUILDER_ID_LENGTH_MAX,
  inboxPrefix,
  isBuilderId,
  isReplySubjectOf,
  type BuilderId,
} from './names.js';
export {
  ACCOUNT_ROLES,
  isPermitted,
  PERMISSIONS,
  SERVICE_ROLES,
  widestRole,
  type AccountRole,
  type Permission,
  type ServiceRole,
} from './roles.js';
