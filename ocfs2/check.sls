# Refuse a pillar or a host that cannot work before anything is touched.
{%- from "ocfs2/map.jinja" import config with context %}
ocfs2-check-pillar:
  ocfs2.pillar_valid:
    - config: {{ config | json }}
    - failhard: true

ocfs2-check-host:
  ocfs2.host_fit:
    - config: {{ config | json }}
    - failhard: true
    - require:
      - ocfs2: ocfs2-check-pillar
