import { useState } from 'react';
import { applyTheme, storedTheme, storeTheme, THEMES } from './theme.js';

/** Light, dark, or as the device has it. */
export function ThemeSwitch() {
  const [theme, setTheme] = useState(storedTheme);
  return (
    <label className="theme-switch">
      <span className="unseen">Theme</span>
      <select
        value={theme}
        onChange={(event) => {
          const chosen = THEMES.find((one) => one === event.target.value) ?? 'system';
          setTheme(chosen);
          applyTheme(chosen);
          storeTheme(chosen);
        }}
      >
        <option value="system">Auto</option>
        <option value="light">Light</option>
        <option value="dark">Dark</option>
      </select>
    </label>
  );
}
