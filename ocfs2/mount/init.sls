{%- from "ocfs2/map.jinja" import config with context %}
include:
  - ocfs2.services
{%- for lun in (config or {}).get("luns") or {} %}

ocfs2-mount-{{ lun }}:
  ocfs2.mounted:
    - name: {{ lun | json }}
    - config: {{ config | json }}
    - require:
      - sls: ocfs2.services
{%- endfor %}
