# bash: the Tab key after `manage.py` or `python manage.py`. In ~/.bashrc:  source /path/to/jobsite/completion/manage.bash
#
# manage.py itself says what may follow (jobsite/management/utility.py). Elsewhere file names are completed, as before.
_jobsite_manage() {
    local first=0 IFS=$'\n'
    [ "${COMP_WORDS[0]##*/}" = manage.py ] || first=1
    if [ "${COMP_WORDS[first]##*/}" != manage.py ] || [ "$COMP_CWORD" -le "$first" ]; then return; fi
    local program=("${COMP_WORDS[@]:0:first+1}")
    COMPREPLY=($(
        export DJANGO_AUTO_COMPLETE=1 COMP_CWORD=$((COMP_CWORD - first))
        COMP_WORDS="${COMP_WORDS[*]:first}" "${program[@]/#\~/$HOME}" 2>/dev/null
    ))
}
complete -o bashdefault -o default -F _jobsite_manage manage.py python python3
