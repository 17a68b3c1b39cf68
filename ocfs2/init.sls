# One node, as pillar describes it. Can never format.
include:
  - ocfs2.node
  - ocfs2.mount
