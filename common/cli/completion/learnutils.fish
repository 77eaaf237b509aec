# Completion for fish: asks the program (PROGRAM --complete) when the user presses tab.
#
# Installed once per command, under the command's name, where fish finds it.  Or name the commands
# yourself:  source learnutils.fish rf rf-train rf-predict

# Prints what follows the option $argv[1] in the answer $argv[2..]: none, file, value or values.
function __learnutils_kind
    set -l option (string replace -a -- _ - $argv[1])
    for line in $argv[2..-1]
        set -l part (string split -- \t $line)
        if test "$part[1]" = "$option"; or test "$part[1]" = "$argv[1]"
            printf '%s\n' $part[2]
            return
        end
    end
end

function __learnutils_complete
    set -l before (commandline -opc)
    set -l current (commandline -ct)
    set -l call (string replace -r -- '^~/' "$HOME/" $before[1])
    set -l answer ($call --complete 2>/dev/null </dev/null)

    if string match -q -- "*"\t"verb"\t"*" $answer[1]
        if test (count $before) -eq 1
            string replace -r -- '\tverb\t' \t $answer
            return
        end
        set call $call $before[2]
        set -e before[2]
        set answer ($call --complete 2>/dev/null </dev/null)
    end

    set -l operand (__learnutils_kind operand $answer)
    if test "$operand" = command
        # Options end at the command, which completes itself.
        set -l at 2
        while test $at -le (count $before); and string match -q -- '-*' $before[$at]
            contains -- (__learnutils_kind $before[$at] $answer) '' none
            or set at (math $at + 1)
            set at (math $at + 1)
        end
        if test $at -le (count $before)
            complete -C (string join -- ' ' (string escape -- $before[$at..-1]) "$current")
            return
        end
    end

    set -l kind
    set -l prefix
    if string match -qr -- '^--[^=]+=' $current
        set prefix (string match -r -- '^--[^=]+=' $current)
        set kind (__learnutils_kind (string trim -r -c = -- $prefix) $answer)
    else if test (count $before) -gt 1; and string match -q -- '-*' $before[-1]
        set kind (__learnutils_kind $before[-1] $answer)
    end
    if test -z "$kind"; or test "$kind" = none
        if string match -q -- '-*' $current
            string match -r -- '^-.*' $answer | string replace -r -- '^([^\t]*)\t[^\t]*\t' '$1'\t
            return
        end
        set kind $operand
    end

    switch "$kind"
        case file
            printf '%s\n' "$prefix"(__fish_complete_path (string sub -s (math (string length -- "$prefix") + 1) -- $current))
        case command
            __fish_complete_command
        case none value
        case '*'
            printf '%s\n' "$prefix"(string split -- , $kind)
    end
end

set -l commands (string replace -r -- '\.fish$' '' (status basename))
if test "$commands" = learnutils
    set commands $argv
end
for command in $commands
    complete -c $command -f -a '(__learnutils_complete)'
end
