import {
  cancelTask,
  getTask,
  holdTask,
  listTasks,
  releaseTask,
  retryTask,
  type TaskDetail,
  type TaskState,
} from '@cairn/contracts';
import { keepPreviousData, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { callRoute } from '../../api/client.js';
import { taskKey, taskListKey } from '../../api/query-keys.js';

export const TASKS_PER_PAGE = 50;

export interface TaskListQuery {
  readonly state: TaskState | undefined;
  readonly source: string | undefined;
  /** Only tasks older than this one. */
  readonly before: number | undefined;
}

export function useTaskList(filter: TaskListQuery) {
  const query = { ...filter, limit: TASKS_PER_PAGE };
  return useQuery({
    queryKey: taskListKey(query),
    queryFn: ({ signal }) => callRoute(listTasks, { query, signal }),
    placeholderData: keepPreviousData,
  });
}

export function useTask(taskId: number) {
  return useQuery({
    queryKey: taskKey(taskId),
    queryFn: ({ signal }) => callRoute(getTask, { params: { taskId }, signal }),
  });
}

const COMMANDS = { retry: retryTask, cancel: cancelTask, hold: holdTask, release: releaseTask };

/** Offers a task again, cancels it, or holds and releases it. */
export function useTaskCommand(taskId: number, csrfToken: string | null) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (command: keyof typeof COMMANDS): Promise<TaskDetail> =>
      callRoute(COMMANDS[command], { params: { taskId }, csrfToken }),
    onSuccess: (task) => client.setQueryData(taskKey(taskId), task),
    onSettled: () => client.invalidateQueries({ queryKey: ['tasks'] }),
  });
}
