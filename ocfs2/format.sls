# Applied by the orchestration alone, to the leader alone, with a grant for one LUN.
{%- from "ocfs2/map.jinja" import config with context %}
{%- set order = pillar.get("ocfs2_format", {}) %}
include:
  - ocfs2.check

ocfs2-format:
  ocfs2.formatted:
    - name: {{ order.get("lun", "") | json }}
    - config: {{ config | json }}
    - grant: {{ order.get("grant", {}) | json }}
    - require:
      - sls: ocfs2.check
