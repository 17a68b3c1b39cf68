{%- from "ocfs2/map.jinja" import platform with context %}
include:
  - ocfs2.check
{%- if platform.repository %}

ocfs2-package-repository:
  pkgrepo.managed:
{%- for name, value in platform.repository.items() %}
    - {{ name }}: {{ value | json }}
{%- endfor %}
    - failhard: true
    - require:
      - sls: ocfs2.check
    - require_in:
      - pkg: ocfs2-package
{%- endif %}

ocfs2-package:
  pkg.installed:
    - pkgs: {{ (platform.packages + platform.part_packages.values() | sum(start=[])) | json }}
    - failhard: true
    - require:
      - sls: ocfs2.check
