import { type RefObject, useLayoutEffect, useRef } from 'react';

/** Within this distance of the end the reader counts as being there. */
const END_DISTANCE_PX = 24;

interface StickOptions {
  readonly box: RefObject<HTMLElement | null>;
  readonly isFollowing: boolean;
  /** First line drawn: when it falls, the lines below keep their place on the screen. */
  readonly firstDrawn: number;
  readonly onLeaveEnd: () => void;
  readonly onReachEnd: () => void;
}

/** Keeps a scrolling box at its end while following, and in place when lines are added above. Returns its scroll handler. */
export function useStickToEnd(options: StickOptions): () => void {
  const { box, isFollowing, firstDrawn } = options;
  const before = useRef({ firstDrawn, height: 0, top: 0 });

  useLayoutEffect(() => {
    const element = box.current;
    if (element === null) return;
    if (isFollowing) {
      element.scrollTop = element.scrollHeight;
    } else if (firstDrawn < before.current.firstDrawn) {
      element.scrollTop = before.current.top + element.scrollHeight - before.current.height;
    }
    before.current = { firstDrawn, height: element.scrollHeight, top: element.scrollTop };
  });

  return () => {
    const element = box.current;
    if (element === null) return;
    const movedUp = element.scrollTop < before.current.top;
    const distance = element.scrollHeight - element.scrollTop - element.clientHeight;
    before.current = { ...before.current, height: element.scrollHeight, top: element.scrollTop };
    if (movedUp && distance > END_DISTANCE_PX) options.onLeaveEnd();
    else if (!movedUp && distance <= END_DISTANCE_PX) options.onReachEnd();
  };
}
