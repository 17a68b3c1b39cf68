{%- from "ocfs2/map.jinja" import config, platform with context %}
include:
  - ocfs2.check
{%- for part in platform.parts.before_packages %}

ocfs2-package-{{ part }}:
  o2cb.part:
    - name: {{ part }}
    - config: {{ config | json }}
    - failhard: true
    - require:
      - sls: ocfs2.check
    - require_in:
      - pkg: ocfs2-package
{%- endfor %}

ocfs2-package:
  pkg.installed:
    - pkgs: {{ (platform.packages + platform.part_packages.values() | sum(start=[])) | json }}
{%- if platform.repositories %}
    {#- Without them nothing is installed, so one that cannot be reached is the error. #}
    - setopt: {{ (platform.repositories | map("regex_replace", "$", ".skip_if_unavailable=0") | list) | json }}
{%- endif %}
    - failhard: true
    - require:
      - sls: ocfs2.check
