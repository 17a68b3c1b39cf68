{%- from "ocfs2/map.jinja" import config, luns, platform with context %}
include:
  - ocfs2.services
{%- for lun in luns %}

{{ ("ocfs2-mount-" ~ lun) | json }}:
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
{%- for lun in luns %}
      - ocfs2: {{ ("ocfs2-mount-" ~ lun) | json }}
{%- endfor %}
{%- endfor %}
