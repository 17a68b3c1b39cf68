{%- from "ocfs2/map.jinja" import config with context %}
include:
  - ocfs2.config

ocfs2-firewall:
  o2cb.firewall:
    - config: {{ config | json }}
    - failhard: true
    - require:
      - sls: ocfs2.config
