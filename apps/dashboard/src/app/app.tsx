import { QueryClientProvider } from '@tanstack/react-query';
import { useState } from 'react';
import { Route, Routes } from 'react-router';
import { createQueryClient } from '../api/query-client.js';
import { BuildersPage } from '../features/builders/builders.page.js';
import { ChannelsPage } from '../features/channels/channels.page.js';
import { DifferencePage } from '../features/channels/difference.page.js';
import { VersionsPage } from '../features/channels/versions.page.js';
import { OverviewPage } from '../features/overview/overview.page.js';
import { CapabilityPage } from '../features/packages/capability.page.js';
import { PackagePage } from '../features/packages/package.page.js';
import { RebuildPage } from '../features/rebuilds/rebuild.page.js';
import { RebuildsPage } from '../features/rebuilds/rebuilds.page.js';
import { RepositoriesPage } from '../features/repositories/repositories.page.js';
import { LoginPage } from '../features/session/login.page.js';
import { TaskPage } from '../features/tasks/task.page.js';
import { TasksPage } from '../features/tasks/tasks.page.js';
import { CrashGuard } from './crash-guard.js';
import { Layout } from './layout.js';
import { NotFoundPage } from './not-found.page.js';

/** The whole page; needs a router around it. */
export function App() {
  const [client] = useState(createQueryClient);
  return (
    <CrashGuard>
      <QueryClientProvider client={client}>
        <Routes>
          <Route element={<Layout />}>
            <Route index element={<OverviewPage />} />
            <Route path="tasks" element={<TasksPage />} />
            <Route path="tasks/:taskId" element={<TaskPage />} />
            <Route path="rebuilds" element={<RebuildsPage />} />
            <Route path="rebuilds/:rebuildId" element={<RebuildPage />} />
            <Route path="channels" element={<ChannelsPage />} />
            <Route path="channels/:channel/versions" element={<VersionsPage />} />
            <Route path="channels/:channel/difference" element={<DifferencePage />} />
            <Route path="channels/:channel/capabilities" element={<CapabilityPage />} />
            <Route path="channels/:channel/packages/:name" element={<PackagePage />} />
            <Route path="builders" element={<BuildersPage />} />
            <Route path="repositories" element={<RepositoriesPage />} />
            <Route path="login" element={<LoginPage />} />
            <Route path="*" element={<NotFoundPage />} />
          </Route>
        </Routes>
      </QueryClientProvider>
    </CrashGuard>
  );
}
