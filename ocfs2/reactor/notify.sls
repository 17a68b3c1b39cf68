# An event of a node's beacon becomes one line in ocfs2-events.log on the master. A minion can send
# any event, so nothing else may be called here, least of all what formats, mounts or restarts.
{%- macro plain(value, length) -%}
{{ (value | string)[:length] | regex_replace("[^ -~]", "?") | json }}
{%- endmacro %}
ocfs2-reactor-notify:
  runner.ocfs2.note:
    - args:
        - tag: {{ plain(tag, 200) }}
        - message: {{ plain(data.get("message", ""), 1000) }}
        - node: {{ plain(data.get("id", ""), 200) }}
