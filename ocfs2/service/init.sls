{%- from "ocfs2/map.jinja" import config with context %}
include:
  - ocfs2.kernel
  - ocfs2.firewall

ocfs2-service:
  o2cb.online:
    - config: {{ config | json }}
    - failhard: true
    - require:
      - sls: ocfs2.kernel
      - sls: ocfs2.firewall
