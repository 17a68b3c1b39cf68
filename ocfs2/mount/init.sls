{%- from "ocfs2/map.jinja" import config, platform with context %}
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
{%- for part in platform.parts.after_mount %}

ocfs2-mount-{{ part }}:
  o2cb.part:
    - name: {{ part }}
    - config: {{ config | json }}
    - require:
      - sls: ocfs2.services
{%- for lun in (config or {}).get("luns") or {} %}
      - ocfs2: ocfs2-mount-{{ lun }}
{%- endfor %}
{%- endfor %}
