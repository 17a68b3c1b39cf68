# Everything a node needs before a volume can be mounted on it.
include:
  - ocfs2.package
  - ocfs2.san
  - ocfs2.kernel
  - ocfs2.config
  - ocfs2.firewall
  - ocfs2.service
  - ocfs2.services
