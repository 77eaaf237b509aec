#compdef @COMMANDS@
# Completion for zsh: asks the program (PROGRAM --complete) when the user presses tab.
#
# Installed as _learnutils in a folder of $fpath, with the commands' names in the first line.  Or
# name the commands yourself:  . learnutils.zsh; compdef _learnutils rf rf-train rf-predict

_learnutils() {
    local -a call answer found
    local line word kind='' help about before operand tab=$'\t'

    call=(${(Q)words[1]/#\~\//$HOME/})
    answer=("${(@f)$("${call[@]}" --complete 2>/dev/null </dev/null)}")
    if [[ $answer[1] == *$'\tverb\t'* ]]; then
        if ((CURRENT == 2)); then
            for line in $answer; do
                found+=("${line%%$tab*}:${line##*$tab}")
            done
            _describe verb found
            return
        fi
        call+=(${(Q)words[2]})
        shift words
        ((CURRENT--))
        answer=("${(@f)$("${call[@]}" --complete 2>/dev/null </dev/null)}")
    fi

    operand=${answer[(r)operand${tab}*]#*$tab}
    operand=${operand%%$tab*}
    if [[ $operand == command ]]; then
        # Options end at the command, which completes itself.
        local -i at=2
        while ((at < CURRENT)) && [[ $words[at] == -?* ]]; do
            line=${answer[(r)$words[at]${tab}*]#*$tab}
            [[ -z $line || ${line%%$tab*} == none ]] || ((at++))
            ((at++))
        done
        if ((at < CURRENT)); then
            shift $((at - 1)) words
            ((CURRENT -= at - 1))
            _normal
            return
        fi
    fi

    before=$words[CURRENT-1]
    if compset -P '--*='; then
        before=${IPREFIX%=}
    fi
    for line in $answer; do
        word=${line%%$tab*} help=${line##*$tab}
        line=${line#*$tab}
        [[ $word == operand ]] && continue
        if [[ $word == $before || $word == ${before//_/-} ]]; then
            kind=${line%%$tab*}
            about=$help
        fi
        found+=("$word:${help//:/\\:}")
    done
    if [[ $kind == (|none) ]]; then
        if [[ $PREFIX == -* ]]; then
            _describe -o option found
            return
        fi
        kind=$operand
        about='no operands'
    fi

    case $kind in
        file) _files ;;
        command) _command_names -e ;;
        none | value) _message "$about" ;;
        *) compadd -- ${(s:,:)kind} ;;
    esac
}

if [[ $funcstack[1] == _learnutils ]]; then
    _learnutils "$@"
fi
