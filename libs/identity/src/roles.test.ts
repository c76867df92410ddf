import { expect, it } from 'vitest';
import { isPermitted, PERMISSIONS, widestRole } from './roles.js';

it('lets admins do everything and viewers only read', () => {
  expect(PERMISSIONS.every((permission) => isPermitted('admin', permission))).toBe(true);
  expect(PERMISSIONS.filter((permission) => isPermitted('viewer', permission))).toEqual(['read']);
});

it('takes the widest of several roles', () => {
  expect(widestRole([])).toBe('viewer');
  expect(widestRole(['viewer', 'packager'])).toBe('packager');
});
