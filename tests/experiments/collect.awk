# Averages what runs found: collect.awk TABLE.csv RUN... > CSV
#
# TABLE.csv: what,published,source after comments; runs: what,value.  Rows keep the table's order;
# what no run knows of has no mean.
BEGIN { FS = ","; print "what,ours,standard_error,runs,published,source" }
/^#/ { next }
FILENAME == ARGV[1] {
    if (header++) {
        row[++n_rows] = $1
        published[$1] = $2
        source[$1] = $3
    }
    next
}
!($1 in published) { print FILENAME ": no row " $1 " in " ARGV[1] | "cat >&2"; bad = 1; exit 1 }
{ n[$1]++; delta = $2 - mean[$1]; mean[$1] += delta / n[$1]; m2[$1] += delta * ($2 - mean[$1]) }
END {
    if (bad)
        exit 1
    for (i = 1; i <= n_rows; i++) {
        w = row[i]
        ours = n[w] ? sprintf("%.4g", mean[w]) : ""
        error = n[w] > 1 ? sprintf("%.2g", sqrt(m2[w] / (n[w] - 1) / n[w])) : ""
        print w "," ours "," error "," n[w] + 0 "," published[w] "," source[w]
    }
}
