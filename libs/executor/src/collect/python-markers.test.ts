import { expect, it } from 'vitest';
import { linuxMarkerEnvironment, markerHolds } from './python-markers.js';

const environment = linuxMarkerEnvironment({ version: '3.11', machine: 'x86_64' });

it.each([
  ['python_version < "3.8"', false],
  ['python_version >= "3.9"', true],
  [`python_version<'3.100'`, true],
  ['"3.10" <= python_version', true],
  ['python_full_version < "3.11.0a6"', false],
  ['python_version ~= "3.8"', true],
  ['python_version == "3.*"', true],
  ['python_version != "3.11.*"', false],
  ['sys_platform == "win32"', false],
  ['os_name == "nt" or sys_platform != "win32"', true],
  ['sys_platform == "linux" and platform_python_implementation != "PyPy"', true],
  ['(os_name == "nt" or os_name == "posix") and python_version < "3"', false],
  ['extra == "test"', false],
  ['platform_machine in "x86_64 aarch64"', true],
  ['platform_machine not in "x86_64 aarch64"', false],
  ['unknown_name == "x"', undefined],
  ['python_version <', undefined],
  ['python_version < "3" extra', undefined],
  ['(python_version < "3"', undefined],
  ['; rm -rf', undefined],
])('judges %s as %s', (marker, expected) => {
  expect(markerHolds(marker, environment)).toBe(expected);
});
