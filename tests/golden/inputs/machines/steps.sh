for step in 10 20 30 40 50 60 70 80; do
  sleep 0.15
  echo "step $step/80 | loss 3.$step | lr 1.0e-04"
done
