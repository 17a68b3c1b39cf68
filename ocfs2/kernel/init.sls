{%- from "ocfs2/map.jinja" import config with context %}
include:
  - ocfs2.package

ocfs2-kernel:
  ocfs2.kernel:
    - name: /etc/sysctl.d/60-ocfs2.conf
    - config: {{ config | json }}
    - failhard: true
    - require:
      - sls: ocfs2.package
