import { action, type Action, type Actions } from './macro-set.js';

/** Appends the argument line to a drop-in file of the package; the 32-bit pass would only repeat it. */
function appendLine(directory: string): Action {
  return action([
    'cairn_append_line() {',
    '    [ -z "%(libsuffix)" ] || return 0',
    `    install -d -m 0755 "%(installroot)${directory}"`,
    `    echo "$*" >> "%(installroot)${directory}/%(name).conf"`,
    '}',
    'cairn_append_line',
  ]);
}

/** Installing files, and small chores around them. */
export const FILE_ACTIONS: Actions = {
  patch: action(['patch --forward --force --no-backup-if-mismatch -p1 -i'], ['binary(patch)']),
  install_bin: action(['install -D -m 0755 -t "%(installroot)%(bindir)"']),
  install_exe: action(['install -D -m 0755']),
  install_file: action(['install -D -m 0644']),
  install_dir: action(['install -d -m 0755']),
  tmpfiles: appendLine('%(tmpfilesdir)'),
  sysusers: appendLine('%(sysusersdir)'),
  gtk_update_icon_cache: action(
    [
      'for theme in "%(installroot)%(datadir)"/icons/*/; do',
      '    gtk-update-icon-cache --force --ignore-theme-index "${theme}"',
      'done',
    ],
    ['binary(gtk-update-icon-cache)'],
  ),
  export_docbook_catalogs: action([
    "export XML_CATALOG_FILES=\"$(find /usr/share/defaults/docbook -type f 2>/dev/null | sort | tr '\\n' ' ' || true)\"",
  ]),
  ccache_zero: action(['if command -v ccache >/dev/null; then ccache -z; fi']),
  ccache_stats: action(['if command -v ccache >/dev/null; then ccache -s; fi']),
};
