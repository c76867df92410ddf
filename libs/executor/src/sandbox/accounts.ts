/** Accounts that recipes give files to, with the numbers that most distributions use. */
const USERS: Readonly<Record<string, number>> = {
  root: 0,
  daemon: 1,
  bin: 2,
  sys: 3,
  mail: 8,
  nobody: 65_534,
};

const GROUPS: Readonly<Record<string, number>> = {
  root: 0,
  daemon: 1,
  bin: 2,
  sys: 3,
  adm: 4,
  tty: 5,
  disk: 6,
  lp: 7,
  mail: 8,
  wheel: 10,
  kmem: 15,
  dialout: 20,
  cdrom: 24,
  floppy: 25,
  tape: 26,
  audio: 29,
  shadow: 42,
  utmp: 43,
  video: 44,
  games: 60,
  users: 100,
  input: 104,
  kvm: 105,
  render: 106,
  nobody: 65_534,
  nogroup: 65_534,
};

/** Text of `/etc/passwd` inside. */
export const PASSWD_FILE = Object.entries(USERS)
  .map(([name, id]) => {
    const shell = id === 0 ? '/mason/build:/usr/bin/bash' : '/:/usr/sbin/nologin';
    return `${name}:x:${id}:${id}:${name}:${shell}\n`;
  })
  .join('');

/** Text of `/etc/group` inside. */
export const GROUP_FILE = Object.entries(GROUPS)
  .map(([name, id]) => `${name}:x:${id}:\n`)
  .join('');
