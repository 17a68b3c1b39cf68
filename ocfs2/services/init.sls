{%- from "ocfs2/map.jinja" import config with context %}
include:
  - ocfs2.check

ocfs2-services:
  ocfs2.services:
    - config: {{ config | json }}
    - failhard: true
    - require:
      - sls: ocfs2.check
